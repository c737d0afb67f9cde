{#- What macro reading_plan needs of JSON: the SQL of documents and of what stands in them. On DuckDB all leaves of a
    document are read at once, into a list `texts_<number>`; elsewhere a document is a column, `document_<number>`. -#}

{#- The document that is the row. -#}
{% macro json_row() %}
    {{ return(adapter.dispatch('json_row', 'playhead')()) }}
{% endmacro %}

{% macro default__json_row() %}
    {{ return("document_0") }}
{% endmacro %}

{% macro duckdb__json_row() %}
    {{ return(
        "case when starts_with(ltrim(raw_text, ' ' || chr(9)), '{') then try_cast(raw_text as json) end"
    ) }}
{% endmacro %}

{#- The document that is a column's text. -#}
{% macro json_of_column(sql) %}
    {{ return(adapter.dispatch('json_of_column', 'playhead')(sql)) }}
{% endmacro %}

{% macro default__json_of_column(sql) %}
    {{ return("try(json_parse(cast(" ~ sql ~ " as varchar)))") }}
{% endmacro %}

{% macro duckdb__json_of_column(sql) %}
    {{ return("try_cast(cast(" ~ sql ~ " as varchar) as json)") }}
{% endmacro %}

{#- The text that steps lead to in a document: a string without its quotes, NULL for null. -#}
{% macro json_text(document, steps) %}
    {{ return(adapter.dispatch('json_text', 'playhead')(document, steps)) }}
{% endmacro %}

{% macro default__json_text(document, steps) %}
    {{ return("json_extract_scalar(document_" ~ document.number ~ ", " ~ json_path(steps) ~ ")") }}
{% endmacro %}

{% macro duckdb__json_text(document, steps) %}
    {{ return("texts_" ~ document.number ~ "[" ~ leaf_number(document, steps) ~ "]") }}
{% endmacro %}

{#- The document in a text of another. -#}
{% macro json_parsed(document, steps) %}
    {{ return(adapter.dispatch('json_parsed', 'playhead')(document, steps)) }}
{% endmacro %}

{% macro default__json_parsed(document, steps) %}
    {{ return("try(json_parse(" ~ json_text(document, steps) ~ "))") }}
{% endmacro %}

{% macro duckdb__json_parsed(document, steps) %}
    {{ return("try_cast(" ~ json_text(document, steps) ~ " as json)") }}
{% endmacro %}

{#- The elements of a list in a document. -#}
{% macro json_elements(document, steps) %}
    {{ return(adapter.dispatch('json_elements', 'playhead')(document, steps)) }}
{% endmacro %}

{% macro default__json_elements(document, steps) %}
    {{ return(
        "try_cast(json_extract(document_" ~ document.number ~ ", " ~ json_path(steps) ~ ") as array(json))"
    ) }}
{% endmacro %}

{% macro duckdb__json_elements(document, steps) %}
    {{ return("try_cast(try_cast(" ~ json_text(document, steps) ~ " as json) as json[])") }}
{% endmacro %}

{#- The element of a list in a document whose `key` is `value`. -#}
{% macro json_matching(document, steps, key, value) %}
    {{ return(adapter.dispatch('json_matching', 'playhead')(document, steps, key, value)) }}
{% endmacro %}

{% macro default__json_matching(document, steps, key, value) %}
    {{ return(
        "element_at(filter(" ~ json_elements(document, steps) ~ ", item -> json_extract_scalar(item, "
        ~ json_path([['key', key]]) ~ ") = " ~ quoted_text(value) ~ "), 1)"
    ) }}
{% endmacro %}

{% macro duckdb__json_matching(document, steps, key, value) %}
    {{ return(
        "list_extract(list_filter(" ~ json_elements(document, steps) ~ ", lambda item: json_extract_string(item, "
        ~ json_path([['key', key]]) ~ ") = " ~ quoted_text(value) ~ "), 1)"
    ) }}
{% endmacro %}

{#- Steps as the engine writes a path, as an SQL string. -#}
{% macro json_path(steps) %}
    {{ return(adapter.dispatch('json_path', 'playhead')(steps)) }}
{% endmacro %}

{% macro default__json_path(steps) %}
    {% set parts = [] %}
    {% for step in steps %}
        {% set key = step[1] | string | replace('\\', '\\\\') | replace('"', '\\"') %}
        {% do parts.append('[' ~ (step[1] if step[0] == 'index' else '"' ~ key ~ '"') ~ ']') %}
    {% endfor %}
    {{ return(quoted_text('$' ~ parts | join)) }}
{% endmacro %}

{#- A JSON pointer, in which any character may stand in a key. -#}
{% macro duckdb__json_path(steps) %}
    {% set parts = [] %}
    {% for step in steps %}
        {% do parts.append('/' ~ step[1] | string | replace('~', '~0') | replace('/', '~1')) %}
    {% endfor %}
    {{ return(quoted_text(parts | join or '$')) }}
{% endmacro %}
