{#- Makes the Glue table of the lake at var telemetry_path, once, on Athena:

        dbt run-operation create_telemetry_table --target athena --args '{first_year: 2025}'

    A row is a line of text, taken apart in staging: so no line can stop a query. Partitions are
    projected: none is ever added, and a bound on the keys leaves out all others. -#}
{% macro create_telemetry_table(first_year, last_year=none) %}
    {% set path = var('telemetry_path').rstrip('/') %}
    {% if target.type != 'athena' or not path.startswith('s3://') %}
        {{ stop(
            "create_telemetry_table is for --target athena and a lake on S3: set var telemetry_path to "
            ~ "s3://bucket/folder, the folder that holds year=…"
        ) }}
    {% endif %}
    {% set name = telemetry_table() %}
    {% set ranges = {
        'year': first_year ~ ',' ~ (last_year or run_started_at.year + 10),
        'month': '1,12', 'day': '1,31', 'hour': '0,23'
    } %}
    {% do run_query("create schema if not exists `" ~ name.split('.')[0] ~ "`") %}
    {% set sql %}
        create external table if not exists `{{ name.split('.')[0] }}`.`{{ name.split('.')[1] }}` (
            `line` string
        )
        partitioned by (`year` string, `month` string, `day` string, `hour` string)
        row format serde 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
        with serdeproperties ('serialization.last.column.takes.rest' = 'true')
        stored as textfile
        location '{{ path }}/'
        tblproperties (
            'projection.enabled' = 'true',
            {%- for key, range in ranges.items() %}
            'projection.{{ key }}.type' = 'integer',
            'projection.{{ key }}.range' = '{{ range }}',
            'projection.{{ key }}.digits' = '{{ 4 if key == 'year' else 2 }}',
            {%- endfor %}
            'storage.location.template'
            = '{{ path }}/year=${year}/month=${month}/day=${day}/hour=${hour}/'
        )
    {% endset %}
    {% do run_query(sql) %}
    {{ log("Table " ~ name ~ " reads " ~ path ~ "/year=…/month=…/day=…/hour=…/", info=true) }}
{% endmacro %}
