{#- The canonical event type of a source's event name, by var event_type_aliases; NULL where unknown. The whole name
    counts before its first part, and that before any other name. -#}
{% macro canonical_event_type(column) -%}
    {%- set mapped = mapping() -%}
    {%- set types, parts = {}, {} -%}
    {%- for name, event_type in mapped.aliases.items() -%}
        {%- if name.endswith('/*') and needs_first_part(mapped) -%}
            {%- do parts.update({name[:-2]: event_type}) -%}
        {%- elif name not in ['', '*'] -%}
            {%- do types.update({name: event_type}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for event_type in event_types() if event_type not in types -%}
        {%- do types.update({event_type: event_type}) -%}
    {%- endfor -%}
    {%- set cases = [type_by_name(as_text(column), types)] -%}
    {%- if parts -%}{%- do cases.append(type_by_name('event_type_part', parts)) -%}{%- endif -%}
    {%- if '' in mapped.aliases -%}
        {%- do cases.append("case when " ~ as_text(column) ~ " is null then '" ~ mapped.aliases[''] ~ "' end") -%}
    {%- endif -%}
    {%- if '*' in mapped.aliases -%}{%- do cases.append(quoted_text(mapped.aliases['*'])) -%}{%- endif -%}
    {{ 'coalesce(' ~ cases | join(', ') ~ ')' if cases | length > 1 else cases[0] }}
{%- endmacro %}

{#- The type of a name. -#}
{% macro type_by_name(text, types) -%}
    case {{ text }}
        {%- for name, event_type in types.items() %}
        when {{ quoted_text(name) }} then '{{ event_type }}'
        {%- endfor %}
    end
{%- endmacro %}
