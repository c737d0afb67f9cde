{#- Enters viewers into the list of those erased, on any engine; scripts/erase.py does so, and the rest, for a build file:

        dbt --log-level-file none run-operation erase --target athena --args '{customer_ids: [viewer-17]}'

    What is loaded from then on leaves them out. -#}
{% macro erase(customer_ids) %}
    {% if customer_ids is string or customer_ids is not iterable %}
        {{ stop("erase takes a list: --args '{customer_ids: [viewer-17]}'") }}
    {% endif %}
    {% set list, rows = erased_customers(), [] %}
    {% set salt = erasure_salt() or invocation_id | replace("-", "") %}
    {% if erasure_salt() %}
        {% for held in run_query("select customer_hash, is_removed from " ~ list).rows %}
            {% do rows.append("'" ~ held[0] ~ "' as customer_hash, " ~ held[1] | lower ~ " as is_removed") %}
        {% endfor %}
    {% endif %}
    {% for customer_id in customer_ids %}
        {% set text = "'" ~ salt ~ (customer_id | string | trim | replace("'", "''")) ~ "'" %}
        {% do rows.append(text_hash(text) ~ " as customer_hash, false as is_removed") %}
    {% endfor %}
    {% do adapter.create_schema(list) %}
    {% do adapter.drop_relation(list) %}
    {% do run_query(create_table_as(
        false, list, "select '" ~ salt ~ "' as salt, " ~ rows | join(" union all select '" ~ salt ~ "' as salt, ")
    )) %}
    {{ log(customer_ids | length ~ " viewer(s) entered: docs/privacy.md says what to run", info=true) }}
{% endmacro %}
