{#- Each landed row as canonical fields, untyped, by the mapping's rules; with what macro landed_values says of it, and
    `is_meant` where only some rows are. -#}
{% macro landed_rows(relation) %}
{%- set mapped = mapping() -%}
{%- set columns = {} -%}
{%- for text in mapped_paths() -%}{%- do columns.update({text: 'value_' ~ loop.index}) -%}{%- endfor -%}
with

landed_values as (
    {{ landed_values(relation) | indent }}
),

named as (
    select
        *,
        {{ rule_value(mapped.columns.event_type, 'type', columns) }} as event_type
        {%- if needs_first_part(mapped) %},
        {{ rule_text(mapped.columns.event_type.join[0], 'text', columns) }} as event_type_part
        {%- endif %}
    from landed_values
)

select
    {%- for field, kind in telemetry_fields().items() %}
    {%- set rule = mapped.columns[field] %}
    {%- if field == 'event_type' %}
    event_type,
    {%- elif rule.only_for %}
    case when {{ canonical_event_type('event_type') }} in ('{{ rule.only_for | join("', '") }}')
        then {{ rule_value(rule, kind, columns) }} end as {{ field }},
    {%- else %}
    {{ rule_value(rule, kind, columns) }} as {{ field }},
    {%- endif %}
    {%- endfor %}
    {%- if needs_first_part(mapped) %}
    event_type_part,
    {%- endif %}
    {%- if chooses_rows(mapped) %}
    {{ is_meant(mapped.rows, columns) }} as is_meant,
    {%- endif %}
    element_number,
    is_readable,
    raw_row,
    source_file,
    landed_at
from named
{% endmacro %}

{#- Whether some names of types are those of a first part alone. -#}
{% macro needs_first_part(mapped) %}
    {{ return(mapped.columns.event_type.join | length > 0 and '/*' in mapped.aliases | join(' ')) }}
{% endmacro %}

{#- Whether only some rows are meant, or elements of rows. -#}
{% macro chooses_rows(mapped) %}
    {{ return(mapped.rows.where | length > 0 or mapped.rows.each is not none) }}
{% endmacro %}

{#- Whether a row is meant. -#}
{% macro is_meant(rows, columns) -%}
    {{ 'element_number is not null' if rows.each is not none else 'true' }}
    {%- for condition in rows.where %}
        {%- set value = as_text(columns[condition.path.text]) -%}
        {%- set wanted = [] -%}
        {%- if condition.texts -%}
            {%- set texts = [] -%}
            {%- for text in condition.texts -%}{%- do texts.append(quoted_text(text)) -%}{%- endfor -%}
            {%- do wanted.append("coalesce(" ~ value ~ " in (" ~ texts | join(", ") ~ "), false)") -%}
        {%- endif -%}
        {%- if condition.or_null -%}{%- do wanted.append(value ~ " is null") -%}{%- endif %}
        and {{ 'not ' if condition.negated }}({{ wanted | join(' or ') or 'false' }})
    {%- endfor -%}
{%- endmacro %}
