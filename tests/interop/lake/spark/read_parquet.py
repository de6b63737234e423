"""Reads the files of tables with Spark as plain Parquet files, and prints their facts.

Standard input is a JSON array of jobs: `files` with their day and completeness, and `columns`. Spark reads
Delta tables only with a library that is not in a Python package.
"""

from functools import reduce

from pyspark.sql import SparkSession
from pyspark.sql.functions import lit

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
    days = [
        spark.read.parquet(file)
        .withColumn("processedDate", lit(day).cast("date"))
        .withColumn("isComplete", lit(is_complete))
        for file, day, is_complete in job["files"]
    ]
    reduce(lambda one, two: one.unionByName(two, True), days).createOrReplaceTempView("files")
    rows = spark.sql(query("files", job["columns"], "spark")).collect()
    return named(job["columns"], "spark", rows)


serve(read)
spark.stop()
