module taking

go 1.22
