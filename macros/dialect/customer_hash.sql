{#- What stands for a viewer in the list of those erased: a hash, with the list's salt, of their id. -#}
{% macro customer_hash(customer_id) %}
    {{- return(text_hash("'" ~ erasure_salt() ~ "' || " ~ customer_id)) -}}
{% endmacro %}

{#- SHA-256 in hexadecimal. #}
{% macro text_hash(text) %}
    {{- return(adapter.dispatch('text_hash', 'playhead')(text)) -}}
{% endmacro %}

{% macro default__text_hash(text) -%}
    lower(to_hex(sha256(to_utf8({{ text }}))))
{%- endmacro %}

{% macro duckdb__text_hash(text) -%}
    sha256({{ text }})
{%- endmacro %}

{#- Whether any word of a text is the id of a viewer who is erased. -#}
{% macro mentions_erased(text) %}
    {{- return(adapter.dispatch('mentions_erased', 'playhead')(text)) -}}
{% endmacro %}

{#- What stands in quotes, and words with and without the marks that ids have. #}
{% macro words_of_ids() %}
    {{ return(['"([^"\\\\]+)"', '([\\p{L}\\p{N}_.@+~-]+)', '([\\p{L}\\p{N}_-]+)']) }}
{% endmacro %}

{% macro default__mentions_erased(text) -%}
    arrays_overlap(
        transform(
            {%- for words in words_of_ids() %}
            {{ '|| ' if not loop.first }}regexp_extract_all({{ text }}, '{{ words }}', 1)
            {%- endfor %},
            word -> {{ customer_hash('word') }}
        ),
        (select array_agg(erased.customer_hash) from {{ erased_customers() }} as erased)
    )
{%- endmacro %}

{% macro duckdb__mentions_erased(text) -%}
    list_has_any(
        list_transform(
            {%- for words in words_of_ids() %}
            {{ '|| ' if not loop.first }}regexp_extract_all({{ text }}, '{{ words }}', 1)
            {%- endfor %},
            lambda word: {{ customer_hash('word') }}
        ),
        (select list(erased.customer_hash) from {{ erased_customers() }} as erased)
    )
{%- endmacro %}
