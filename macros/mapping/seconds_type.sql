{#- The type of a field in seconds; where it is yet a share of the title's duration, one of more digits. -#}
{% macro seconds_type(field, type) %}
    {{- return('decimal(15, 9)' if mapped_rules().get(field, {}).get('unit') in ['percent', 'ratio'] else type) -}}
{% endmacro %}
