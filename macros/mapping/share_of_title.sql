{#- What a field's number is multiplied by to be a share of its title's duration; none where it is in seconds. -#}
{% macro share_of_title(field) %}
    {% set shares = {'percent': '0.01', 'ratio': '1'} if field != 'completion_percentage' else {} %}
    {{ return(shares.get(mapping().columns[field].unit)) }}
{% endmacro %}
