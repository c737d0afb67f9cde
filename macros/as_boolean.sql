{#- A boolean from whatever says yes or no; else NULL. Engines read text as a boolean each in its own way. -#}
{% macro as_boolean(column) -%}
    case
        when lower(trim(cast({{ column }} as varchar))) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim(cast({{ column }} as varchar))) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}
