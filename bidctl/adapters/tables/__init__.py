"""The operator's own small tables (.csv, .xlsx, .toml): products, stock, unshipped orders, hosts, promotions."""
