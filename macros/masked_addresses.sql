{#- Text with [ip] for whatever looks like an ip address, and for what stands under a name for one. Rather too much than
    too little: a version of four numbers is masked too, and a hardware address. -#}
{% macro masked_addresses(text) -%}
    {#- Digits, points and colons also as JSON and URLs escape them: 1.2.3\u002e4, 2001%3Adb8. #}
    {%- set digit %}(?:[0-9]|\\+u003[0-9]){% endset -%}
    {%- set hex %}(?:[0-9a-fA-F]|\\+u003[0-9]|\\+u00[46][1-6]){% endset -%}
    {%- set point %}(?:\.|\\+u002[eE]|%2[eE]){% endset -%}
    {%- set colon %}(?::|\\+u003[aA]|%3[aA]){% endset -%}
    {%- set name -%}
        (?:[a-zA-Z0-9_.-]*[_.-])?(?:ip|IP|Ip)(?:[vV]?[46])?(?:[_.-]?(?:addr|Addr|ADDR)[a-zA-Z]*)?
        {{- '|' }}[a-zA-Z0-9_]*[a-z0-9]I[pP](?:[vV]?[46])?(?:Addr[a-z]*)?
        {{- '|' }}[a-zA-Z0-9_-]*[rR]emote[_-]?[aA]ddr[a-z]*|[xX]-[fF]orwarded-[fF]or
    {%- endset -%}
    {#- As a number or whatever else, by its name. #}
    {%- set named -%}
        (\b(?:{{ name }})\\*"?\s*[:=]\s*)(?:\\*"[^"]*"?|[^",}\]\s]+)
    {%- endset -%}
    {%- set group %}(?:0[xX]{{ hex }}{1,2}|{{ digit }}{1,4}){% endset -%}
    {%- set four %}{{ group }}(?:{{ point }}(?:{{ group }}|[xX*]{1,3})){3}{% endset -%}
    {#- As names of hosts have them: ip-203-0-113-7, and nibbles of ip6.arpa. #}
    {%- set hyphened %}\b[0-9]{1,3}(?:[-_][0-9]{1,3}){3}\b{% endset -%}
    {%- set nibbles %}(?:[0-9a-fA-F]\.){31}[0-9a-fA-F]{% endset -%}
    {%- set six %}{{ hex }}{1,4}(?:{{ colon }}{{ hex }}{1,4}){5,7}{% endset -%}
    {%- set shortened -%}
        (?:{{ hex }}{1,4}{{ colon }}){1,7}(?:{{ colon }}{{ hex }}{1,4}){1,7}
        {{- '|' }}(?:{{ hex }}{1,4}{{ colon }}){1,7}{{ colon }}
        {{- '|' }}{{ colon }}{{ colon }}{{ hex }}{1,4}(?:{{ colon }}{{ hex }}{1,4}){0,6}
    {%- endset -%}
    {%- set masked = namespace(text=replace_all(text, named, '$1"[ip]"')) -%}
    {%- for pattern in [nibbles, four, hyphened, six, shortened] -%}
        {%- set masked.text = replace_all(masked.text, pattern, '[ip]') -%}
    {%- endfor -%}
    {{ masked.text }}
{%- endmacro %}
