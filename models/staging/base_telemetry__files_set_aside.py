"""Tries each file to be loaded, and takes those that cannot be read off the list, with the reason.

Only where var unreadable_files is set_aside: SQL cannot go on after such an error, Python can.
"""

READERS = {
    "ndjson": "select count(json) from read_ndjson_objects(?, ignore_errors = true, "
    "maximum_object_size = 134217728)",
    "parquet": "select count(columns(*)) from read_parquet(?)",
    "csv": "select count(*) from read_csv(?, all_varchar = true, header = true, "
    "null_padding = true, quote = '\"', escape = '\"', parallel = false)",
}


def model(dbt, session):
    listed = f"{dbt.this.schema}.files_to_load"
    reader = READERS[dbt.config.get("telemetry_format")]
    for (name,) in session.execute(f"select file_name from {listed}").fetchall():
        try:
            session.execute(reader, [name]).fetchall()
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            session.execute(
                f"update {listed} set set_aside_reason = ? where file_name = ?", [reason, name]
            )
    return session.sql(f"select * from {listed} where set_aside_reason is not null")
