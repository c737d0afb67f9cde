{#- A rule of docs/players.md as a mapping with all of its keys; `from` is a list of paths taken apart (they
    have `steps`) and rules. `kind` is what the column is: macro telemetry_fields. -#}
{% macro mapping_rule(given, kind, where, field=none) %}
    {% set rule = {
        'from': [], 'constant': none, 'join': [], 'row_hash': false, 'gap_seconds': none,
        'within': ['customer_id'], 'null_if': [], 'values': {}, 'range': none, 'unit': none,
        'time_zone': none, 'minus': none, 'plus': none, 'not': false, 'default': none, 'only_for': [],
        'carry_forward': false, 'per_row': false
    } %}
    {% if given is not mapping %}
        {% do rule.update({'from': mapping_sources(given, kind, where)}) %}
        {{ return(rule) }}
    {% endif %}
    {% for key in given %}
        {% do one_of(rule.keys() | list, key, where ~ " with an unknown key, " ~ key) %}
    {% endfor %}
    {% set sources = ['from', 'constant', 'join', 'row_hash', 'gap_seconds'] | select('in', given) | list %}
    {% if sources | length != 1 %}
        {{ stop(
            where ~ " with " ~ (sources | join(' and ') or 'no source')
            ~ "; give one of from, constant, join, row_hash and gap_seconds"
        ) }}
    {% endif %}
    {% for key, value in given.items() %}
        {% do rule.update({key: mapping_rule_key(key, value, given, kind, where ~ "." ~ key, field)}) %}
    {% endfor %}
    {% if kind == 'seconds' and rule.unit in ['percent', 'ratio'] and is_converted(rule, kind) %}
        {{ stop(
            where ~ ".unit: " ~ rule.unit ~ ", which goes with none of range, minus and plus: it becomes "
            ~ "seconds only once the title's duration is known"
        ) }}
    {% endif %}
    {{ return(rule) }}
{% endmacro %}

{#- The sources of a rule: a path, or a list of which the first that is not null counts. -#}
{% macro mapping_sources(given, kind, where) %}
    {% if given is none %}{{ return([]) }}{% endif %}
    {% if given is string %}{{ return([mapping_path(given, where)]) }}{% endif %}
    {% if given is mapping or given is not sequence %}
        {{ stop(where ~ ": " ~ given ~ "; give a path, a list of them, or a mapping with from or constant") }}
    {% endif %}
    {% set sources = [] %}
    {% for each in given %}
        {% do sources.append(
            mapping_path(each, where) if each is string else mapping_rule(each, kind, where)
        ) %}
    {% endfor %}
    {{ return(sources) }}
{% endmacro %}

{#- What one key of a rule says, where it may stand on such a column; else the run stops. -#}
{% macro mapping_rule_key(key, value, given, kind, where, field) %}
    {% set said = where ~ ": " ~ value %}
    {% set only_of = {
        'row_hash': ['text'],
        'unit': ['seconds', 'time', 'percentage', 'bandwidth'],
        'time_zone': ['time'],
        'minus': ['seconds', 'time'],
        'plus': ['seconds', 'time'],
        'not': ['boolean'],
        'range': ['seconds']
    } %}
    {% if kind not in only_of.get(key, [kind]) %}
        {{ stop(where ~ ", which columns of " ~ only_of[key] | join(' and ') ~ " alone may have") }}
    {% elif key in ['gap_seconds', 'within'] and field != 'session_id' %}
        {{ stop(where ~ ", which session_id alone may have") }}
    {% elif key in ['carry_forward', 'only_for', 'per_row'] and field is none %}
        {{ stop(where ~ ", which stands beside the first from, not within it") }}
    {% elif key == 'per_row' and field not in [
        'buffering_events', 'buffering_duration_seconds', 'error_count', 'watch_duration_seconds'
    ] %}
        {{ stop(
            where ~ ", which buffering_events, buffering_duration_seconds, error_count and "
            ~ "watch_duration_seconds alone may have"
        ) }}
    {% elif key in ['row_hash', 'not', 'carry_forward', 'per_row'] and value is not boolean %}
        {{ stop(said ~ "; give true or leave it out") }}
    {% elif key == 'row_hash' and not value %}
        {{ stop(said ~ "; give true, or another source") }}
    {% elif key == 'only_for' and field == 'event_type' %}
        {{ stop(where ~ ", which event_type itself cannot have") }}
    {% elif key == 'from' %}
        {{ return(mapping_sources(value, kind, where)) }}
    {% elif key == 'join' %}
        {{ return(mapping_parts(value, where)) }}
    {% elif key in ['minus', 'plus'] %}
        {{ return(mapping_rule(value, 'seconds', where)) }}
    {% elif key == 'null_if' %}
        {% set markers = [] %}
        {% for marker in ([value] if value is string or value is not sequence else value) %}
            {% do markers.append(mapping_literal(marker, where)) %}
        {% endfor %}
        {{ return(markers) }}
    {% elif key == 'values' %}
        {{ return(mapping_values(value, where)) }}
    {% elif key in ['constant', 'default'] %}
        {{ return(mapping_literal(value, where)) }}
    {% elif key == 'range' %}
        {{ return(one_of(['start', 'end'], value, said)) }}
    {% elif key == 'unit' %}
        {{ return(one_of(mapping_units(kind, field), value, said)) }}
    {% elif key in ['only_for', 'within'] %}
        {% set words = event_types() if key == 'only_for' else telemetry_fields().keys() | list %}
        {% set names = [value] if value is string else value %}
        {% for name in names %}{% do one_of(words, name, where ~ ": " ~ name) %}{% endfor %}
        {{ return(names | list) }}
    {% elif key == 'gap_seconds' and (value is not number or value is boolean or value <= 0) %}
        {{ stop(said ~ "; give a number of seconds above 0") }}
    {% elif key == 'time_zone' and (
        value is not string or not modules.re.fullmatch('[A-Za-z0-9_+/-]+', value)
    ) %}
        {{ stop(said ~ "; give a name such as Europe/Berlin") }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}

{#- The rules whose texts are joined. -#}
{% macro mapping_parts(value, where) %}
    {% if value is string or value is mapping or value is not sequence or not value %}
        {{ stop(where ~ ": " ~ value ~ "; give a list of paths or rules") }}
    {% endif %}
    {% set parts = [] %}
    {% for part in value %}
        {% do parts.append(mapping_rule(part, 'text', where)) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}

{#- The source's values, each with the one that stands for it, as texts; NULL for none. -#}
{% macro mapping_values(value, where) %}
    {% if value is not mapping %}
        {{ stop(where ~ ": " ~ value ~ "; give a mapping, {its value: the value it stands for}") }}
    {% endif %}
    {% set values = {} %}
    {% for its, meant in value.items() %}
        {% do values.update({literal_text(its): none if meant is none else mapping_literal(meant, where)}) %}
    {% endfor %}
    {{ return(values) }}
{% endmacro %}

{#- A single value as text; a date of YAML, or a list, is none. -#}
{% macro mapping_literal(value, where) %}
    {% if value is not string and value is not number and value is not boolean %}
        {{ stop(where ~ ": " ~ value ~ "; give a text, a number, true or false") }}
    {% endif %}
    {{ return(literal_text(value)) }}
{% endmacro %}

{#- The units that the source's number may be in, of a column of some kind. -#}
{% macro mapping_units(kind, field=none) %}
    {% set seconds = ['s', 'ms', 'us', 'ns', 'ticks', 'min', 'iso8601', 'clock'] %}
    {% set shares = ['percent', 'ratio'] if field not in [none, 'title_duration_seconds'] else [] %}
    {{ return({
        'seconds': seconds + shares,
        'time': ['s', 'ms', 'us', 'ns'],
        'percentage': ['percent', 'ratio'],
        'bandwidth': ['mbps', 'kbps', 'bps']
    }[kind]) }}
{% endmacro %}
