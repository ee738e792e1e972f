"""What is said of a table, in both languages: where, what was found, what was expected, what to do."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Parts of a `TableError`, by code."""

    TABLE = "{where}: {found}; 应为{expected}; {do}", "{where}: found {found}; expected {expected}; {do}"
    LINE = "第{line}行", "line {line}"
    CELL = "第{line}行 {column} 列", "line {line}, column {column}"
    HEADING_ROW = "表头行", "heading row"
    FIRST_ROWS = "前几行 (工作簿只看第一个工作表)", "first rows (of a workbook the first sheet)"
    SHEET = "第一个工作表 {name}", "first sheet {name}"
    # found
    FILE_TOO_LARGE = "文件过大", "a larger file"
    EMPTY = "是空文件", "an empty file"
    IMAGE = "是图片", "an image"
    PDF = "是 PDF", "a PDF"
    HTML = "是网页 (HTML)", "a web page (HTML)"
    OLD_EXCEL = "是旧版 Excel 文件 (.xls)", "an old Excel file (.xls)"
    BINARY = "是二进制数据", "binary data"
    NO_WORKBOOK = "不是工作簿, 或不完整", "no workbook, or not a whole one"
    CELL_TOO_LONG = "有一格长得不像表格", "a cell longer than any of a table"
    EMPTY_SHEET = "是空的", "nothing in it"
    ODD_ENCODING = "文本编码不认识", "text in an unknown encoding"
    NO_HEADING = "没有表头", "no heading row"
    NO_COLUMN = "没有列 {names}", "no column {names}"
    COLUMN_TWICE = "有两个 {names} 列", "column {names} twice"
    EMPTY_CELL = "空单元格", "an empty cell"
    VALUE = "取值 {value}", "{value}"
    SAME_SPAN = "与第{first}行时段重复", "the span of line {first} again"
    DAY_BESIDE_HOURS = "同一天既有整天又有小时", "a day beside its hours"
    NO_TOML = "不是 TOML ({error})", "no TOML ({error})"
    UNKNOWN_NAME = "不认识的名字", "an unknown name"
    # expected
    TABLE_FILE = " .csv 或 .xlsx 表格", "a .csv or .xlsx table"
    CSV_FILE = " .csv 表格", "a .csv table"
    XLSX_FILE = " .xlsx 表格", "an .xlsx table"
    WITH_HEADING = "带表头的表格", "a table with a heading row"
    AT_MOST_BYTES = "不超过 {limit} 字节", "at most {limit}"
    ENCODINGS = " UTF-8, GB18030 或 UTF-16", "UTF-8, GB18030 or UTF-16"
    COLUMNS = "含有列 {names}", "columns {names}"
    THAT_COLUMN = "含有该列", "it"
    NOT_NEGATIVE = "不小于 0", "0 or more"
    ABOVE_ZERO = "大于 0", "above 0"
    COLUMN_ONCE = "每列只出现一次", "each column once"
    NO_MORE_CELLS = (
        "不多于表头的单元格 (数字里的千分位逗号要加引号)",
        "no more cells than headings (a number with a thousands comma needs quotes)",
    )
    ON_GRID = "平台刻度 {step} 的整数倍", "a multiple of the platform's grid, {step}"
    SPAN_ONCE = "每个计划每个时段只出现一次", "each campaign and span once"
    ONE_GRAIN = "同一天只按天或只按小时", "days or hours of a day, not both"
    COLUMN_MAP = "列名对照 TOML 文件", "a column map in TOML"
    MAP_LINES = '形如 spend = "消耗" 的行', 'lines like spend = "消耗"'
    KNOWN_NAMES = "其中之一: {names}", "{names}"
    HEADINGS = "一个列名或列名的列表", "a heading or a list of headings"
    AN_ID = "计划ID", "a campaign id"
    ID_AS_TEXT = (
        "文本格式的ID: 数字单元格已丢位, 请导出 CSV 或把该列设为文本",
        "an id kept as text: a numeric cell has lost digits; export as CSV or set the column to text",
    )
    WHOLE_ID = (
        "完整的ID: 表格软件改写过它, 请重新导出且不要在其中保存",
        "an id with all its digits: a spreadsheet has rewritten it; export again, do not save it there",
    )
    ID_OF_DIGITS = "数字组成的计划ID", "a campaign id of digits"
    NUMBER = "数字", "a number"
    NUMBER_OR_DASH = "数字, 没有数据则为 -", "a number, or - where it is not reported"
    DATE = "形如 2026-09-01 的日期", "a date like 2026-09-01"
    HOUR = " 0 到 23 的小时, 或 09:00", "an hour from 0 to 23, or 09:00"
    INSTANT = "带时刻的日期, 如 2026-09-01 13:05", "a date with a time, like 2026-09-01 13:05"
    SHARE_OF_ONE = (
        " 0 到 1 的比例, 或带 % 的百分数 (35% 或 0.35)",
        "a share from 0 to 1, or a percentage with its % sign (35% or 0.35)",
    )
    INTENT = "拿量, 均衡 或 保利", "拿量, 均衡 or 保利"
    KEY = "完整的文本ID", "an id with all its digits, as text"
    EXACT_YUAN = "最多两位小数的元", "yuan with at most two decimals"
    BELOW_MOST = "小于十万亿元", "an amount below ten trillion yuan"
    REFUND_STAGE = "未发货退款 或 退货退款", "before dispatch or after receipt"
    # what is wrong with a line of an order export
    IN_COLUMN = "{column}: 应为{expected}", "{column}: expected {expected}"
    OTHERS_ZONED = "{column}; 文件里别的时间写了时区", "{column}; other times in the file name theirs"
    OTHER_CURRENCY = "{found}, 账户为 {currency}", "{found}, the account's is {currency}"
    HALF_PAYMENT = "有支付时间而没有金额", "a pay time without an amount"
    NO_PAY_TIME = "有退款或结算而没有支付时间", "money came back or was billed, but no pay time"
    NO_REFUND_TIME = "退款没有时间", "a refund without its time"
    NO_BILL_TIME = "结算没有时间", "a bill without its time"
    CELLS = "{found} 个单元格, 表头有 {width} 个", "{found} cells, the heading row has {width}"
    # what to do
    AGAIN = "请从平台重新导出为 .csv 或 .xlsx", "export it again from the platform as .csv or .xlsx"
    FIRST_SHEET = "请把表格移到第一个工作表", "move the table to the first sheet"
    FEWER_DAYS = "请少导出几天", "export fewer days"
    CHECK_PATH = "请检查路径", "check the path"
    SAVE_HTML = (
        "请打开后另存为 .csv, 或从平台重新导出",
        "open it and save it as .csv, or export it again from the platform",
    )
    SAVE_XLS = "请另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"
    SAVE_UTF8 = "请另存为 UTF-8 的 CSV", "save it as UTF-8 CSV"
    GIVE_MAP = (
        "请给出 --columns MAP.toml, 或从平台重新导出",
        "give --columns MAP.toml, or export it again from the platform",
    )
    MEND_CELL = "请修改该单元格", "mend that cell"
    MEND_LINE = "请修改该行", "mend that line"
    REMOVE_ONE = "请删除其一", "remove one"
    RENAME = "请改名或删除", "rename or remove it"
