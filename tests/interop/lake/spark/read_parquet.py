"""Reads the files of tables with Spark as plain Parquet files, and prints their facts.

Standard input is a JSON array of jobs: `table`, which is a folder, `files` in it, and `columns`. Spark reads
Delta tables only with a library that is not in a Python package.
"""

from pyspark.sql import SparkSession

from facts import named, query, serve

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)


def read(job):
    reader = spark.read.option("basePath", job["table"])
    reader.parquet(*job["files"]).createOrReplaceTempView("files")
    rows = spark.sql(query("files", job["columns"], "spark")).collect()
    return named(job["columns"], "spark", rows)


serve(read)
spark.stop()
