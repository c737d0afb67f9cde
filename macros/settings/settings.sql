{#- The settings of a group, playback, engagement, audience or alerts: its defaults, and over them its variable. -#}
{% macro settings(group) %}
    {% set defaults = var(group ~ '_defaults') %}
    {% set changes = mapping_variable(group, defaults) %}
    {% for key, value in changes.items() if value is not number or value is boolean or value < 0 %}
        {{ stop("var " ~ group ~ " has " ~ key ~ ": " ~ value ~ "; give a number of 0 or more") }}
    {% endfor %}
    {% if changes.get('min_playback_rate') == 0 %}
        {{ stop("var playback has min_playback_rate: 0; give a number above 0") }}
    {% endif %}
    {{ return(dict(defaults, **changes)) }}
{% endmacro %}
