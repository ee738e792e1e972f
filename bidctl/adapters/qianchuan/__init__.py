"""The client of 巨量千川 (Qianchuan): reads, writes, authorisation. Wire shapes stay inside this package."""
