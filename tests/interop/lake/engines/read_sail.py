"""Reads Delta tables with Sail, through the client of Spark, and prints their facts.

Standard input is a JSON array of jobs: `table`, `columns` and `version`, which may be null.
"""

from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from facts import named, query, serve

server = SparkConnectServer(port=0)
server.start(background=True)
_, port = server.listening_address
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")


def read(job):
    table = f"delta.`{job['table']}`"
    if job["version"] is not None:
        reader = spark.read.format("delta").option("versionAsOf", job["version"])
        reader.load(job["table"]).createOrReplaceTempView("earlier")
        table = "earlier"
    rows = spark.sql(query(table, job["columns"], "spark")).collect()
    return named(job["columns"], "spark", rows)


serve(read)
spark.stop()
