{#- By name, everything that rows were made by: the settings, what is read and how, and the models. Macros are
    in no checksum that Jinja can have: a release that changes one changes `release`. -#}
{% macro fingerprint() %}
    {% set found = {'release': var('release')} %}
    {% for name in ['telemetry_path', 'telemetry_table', 'telemetry_format'] %}
        {% do found.update({name: var(name) | string}) %}
    {% endfor %}
    {% for name, settings in mapping_settings().items() %}
        {% for key, value in settings.items() %}
            {% do found.update({name ~ '.' ~ key: value if value is string else tojson(value)}) %}
        {% endfor %}
    {% endfor %}
    {% for group in ['playback', 'engagement', 'audience'] %}
        {% for key, value in settings(group).items() %}
            {% do found.update({group ~ '.' ~ key: value | string}) %}
        {% endfor %}
    {% endfor %}
    {% for model in with_inputs(kept_models()) %}
        {% set node = graph.nodes[model] %}
        {% do found.update({'model ' ~ node.name: node.checksum.checksum[:12]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Where it stands: `intermediate.fingerprint`, a row a setting. -#}
{% macro fingerprint_table() %}
    {{ return(api.Relation.create(
        database=target.database, schema=generate_schema_name('intermediate', none), identifier='fingerprint',
        type='table'
    )) }}
{% endmacro %}

{#- The fingerprint that the build file's tables were made by; none where it has none, or another release's. -#}
{% macro held_fingerprint() %}
    {% set table = fingerprint_table() %}
    {% if adapter.get_relation(table.database, table.schema, table.identifier) is none %}
        {{ return(none) }}
    {% endif %}
    {% set rows, found = run_query("select * from " ~ table), {} %}
    {% if rows.column_names | map('lower') | list != ['setting', 'setting_value'] %}{{ return(none) }}{% endif %}
    {% for setting, value in rows %}{% do found.update({setting: value}) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Written before all that is kept is touched: what a run leaves that does not end is known by it. -#}
{% macro write_fingerprint() %}
    {% set table, rows = fingerprint_table(), [] %}
    {% for name, value in fingerprint().items() %}
        {% do rows.append(
            "select '" ~ name | replace("'", "''") ~ "' as setting, '"
            ~ value | replace("'", "''") ~ "' as setting_value"
        ) %}
    {% endfor %}
    {% do adapter.create_schema(table) %}
    {% do adapter.drop_relation(table) %}
    {% do run_query(create_table_as(false, table, rows | join(" union all "))) %}
{% endmacro %}

{#- One checksum of the SQL of all models, those too that are built anew in every run. -#}
{% macro models_checksum() %}
    {% set checksums = [] %}
    {% for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') %}
        {% do checksums.append(node.name ~ node.checksum.checksum) %}
    {% endfor %}
    {{ return(local_md5(checksums | sort | join)) }}
{% endmacro %}
