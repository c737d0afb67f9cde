{#- The SQL of a canonical column's value by a rule, in its own unit; a lone path's as it was read. `kind` is what the
    column is: macro telemetry_fields. `columns` are the columns of what was read, by the texts of paths. What was
    said and is no number stays, as a text that says so: the row is then rejected for it. -#}
{% macro rule_value(rule, kind, columns) -%}
    {%- set source = rule['from'][0] if rule['from'] | length == 1 else {} -%}
    {%- if source.steps is defined and not has_modifiers(rule, kind) -%}
        {{ columns[source.text] }}
    {%- elif kind == 'time' -%}
        {{ rule_time(rule, columns) }}
    {%- elif kind == 'boolean' -%}
        {{ rule_boolean(rule, columns) }}
    {%- elif is_converted(rule, kind) -%}
        coalesce(
            cast({{ rule_number(rule, kind, columns) }} as varchar),
            'not {{ rule.unit or 'a number' }}: ' || {{ rule_text(rule, kind, columns) }}
        )
    {%- else -%}
        {{ or_default(rule_text(rule, kind, columns), rule) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether a rule does more with what its path leads to than to take it. -#}
{% macro has_modifiers(rule, kind) %}
    {{ return(
        rule.null_if | length > 0 or rule['values'] | length > 0 or rule.time_zone is not none
        or rule['not'] or rule.default is not none or is_converted(rule, kind)
    ) }}
{% endmacro %}

{#- Whether a rule makes another number of its source's. A share of the title's duration stays one. -#}
{% macro is_converted(rule, kind) %}
    {% set kept = {'seconds': ['s', 'percent', 'ratio'], 'percentage': ['percent'], 'bandwidth': ['mbps']} %}
    {{ return(
        rule.unit not in [none] + kept.get(kind, []) or rule.range is not none or rule.minus is not none
        or rule.plus is not none
    ) }}
{% endmacro %}

{#- The text of a rule's source, NULL where it is blank, after `null_if` and `values`. -#}
{% macro rule_text(rule, kind, columns) -%}
    {%- set texts = [] -%}
    {%- for source in rule['from'] -%}
        {%- set value = columns[source.text] if source.steps is defined else rule_value(source, kind, columns) -%}
        {#- Of a rule within this one, a time is UTC by now. -#}
        {%- set is_utc = source.steps is not defined and kind == 'time' and has_modifiers(source, kind) -%}
        {%- do texts.append(as_text(value) ~ (" || ' UTC'" if is_utc else '')) -%}
    {%- endfor -%}
    {%- if rule.constant is not none -%}{%- do texts.append(as_text(quoted_text(rule.constant))) -%}{%- endif -%}
    {%- if rule.join -%}{%- do texts.append(joined_text(rule.join, columns)) -%}{%- endif -%}
    {%- if rule.row_hash -%}
        {%- do texts.append(content_hash(columns.values() | list + ['element_number'])) -%}
    {%- endif -%}
    {%- if rule.gap_seconds is not none -%}
        {%- set within = [] -%}
        {%- for field in rule.within -%}{%- do within.append(mapping().columns[field]) -%}{%- endfor -%}
        {%- do texts.append(joined_text(within, columns)) -%}
    {%- endif -%}
    {%- set text = 'coalesce(' ~ texts | join(', ') ~ ')' if texts | length > 1
        else texts | first | default('cast(null as varchar)') -%}
    {{ with_values(without_markers(text, rule.null_if, kind), rule['values']) }}
{%- endmacro %}

{#- NULL in place of what stands for it: of numbers, by number. -#}
{% macro without_markers(text, markers, kind) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for marker in markers -%}
        {%- if kind not in ['text', 'type', 'boolean'] and modules.re.fullmatch('-?[0-9]+([.][0-9]+)?', marker) -%}
            {%- set ns.text = 'case when try_cast(' ~ ns.text ~ ' as decimal(38, 9)) = ' ~ marker
                ~ ' then null else ' ~ ns.text ~ ' end' -%}
        {%- else -%}
            {%- set ns.text = 'nullif(' ~ ns.text ~ ', ' ~ quoted_text(marker) ~ ')' -%}
        {%- endif -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{#- What stands for some of a source's values; others stay as they are. -#}
{% macro with_values(text, values) -%}
    {%- if values -%}
        case {{ text }}
        {%- for its, meant in values.items() %}
            when {{ quoted_text(its) }} then {{ 'null' if meant is none else quoted_text(meant) }}
        {%- endfor %}
            else {{ text }}
        end
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{#- A text, or else the rule's default. -#}
{% macro or_default(text, rule) -%}
    {{ text if rule.default is none else 'coalesce(' ~ text ~ ', ' ~ quoted_text(rule.default) ~ ')' }}
{%- endmacro %}

{#- The texts of rules with / between them; NULL where all are. -#}
{% macro joined_text(rules, columns) -%}
    {%- set texts, parts = [], [] -%}
    {%- for rule in rules -%}
        {%- do texts.append(or_default(rule_text(rule, 'text', columns), rule)) -%}
        {%- do parts.append("coalesce(" ~ texts[-1] ~ ", '')") -%}
    {%- endfor -%}
    case when {{ texts | join(' is not null or ') }} is not null then {{ parts | join(" || '/' || ") }} end
{%- endmacro %}

{#- Yes or no. -#}
{% macro rule_boolean(rule, columns) -%}
    {%- set value = as_boolean(rule_text(rule, 'boolean', columns)) -%}
    {%- set meant = 'not (' ~ value ~ ')' if rule['not'] else value -%}
    {{ meant if rule.default is none
        else 'coalesce(' ~ meant ~ ', ' ~ as_boolean(quoted_text(rule.default)) ~ ')' }}
{%- endmacro %}

{#- A number in the canonical unit. -#}
{% macro rule_number(rule, kind, columns) -%}
    {%- set said = rule_text(rule, kind, columns) -%}
    {%- set number = number_in(ranged_text(said, rule.range), rule.unit) ~ shifted_by(rule, columns) -%}
    {%- if rule.default is none -%}
        {{ number }}
    {%- else -%}
        case when {{ said }} is null then try_cast({{ quoted_text(rule.default) }} as decimal(28, 9))
            else {{ number }} end
    {%- endif -%}
{%- endmacro %}

{#- What `minus` and `plus` take away and add, in seconds. -#}
{% macro shifted_by(rule, columns) -%}
    {%- for sign, other in [('-', rule.minus), ('+', rule.plus)] if other is not none %}
        {{ sign }} coalesce({{ rule_number(other, 'seconds', columns) }}, 0)
    {%- endfor -%}
{%- endmacro %}

{#- A time. -#}
{% macro rule_time(rule, columns) -%}
    {%- set said = rule_text(rule, 'time', columns) -%}
    {%- set time = parse_timestamp(said) -%}
    {%- if rule.unit is not none -%}
        {%- set time = epoch_timestamp(number_in(said, rule.unit)) -%}
    {%- elif rule.time_zone is not none -%}
        {%- set time = local_timestamp(said, rule.time_zone) -%}
    {%- endif -%}
    {%- if rule.minus is not none or rule.plus is not none -%}
        {#- Of more than three weeks Trino would make an error: such a row has no time. -#}
        {%- set shift = '(0' ~ shifted_by(rule, columns) ~ ')' -%}
        {%- set time = 'case when ' ~ shift ~ ' between -2000000 and 2000000 then ' ~ add_seconds(time, shift)
            ~ ' end' -%}
    {%- endif -%}
    {{ time if rule.default is none
        else 'coalesce(' ~ time ~ ', ' ~ parse_timestamp(quoted_text(rule.default)) ~ ')' }}
{%- endmacro %}
