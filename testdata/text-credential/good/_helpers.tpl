{{- define "mail.password" -}}
{{- printf "%s" (.Values.mail.password | default (randAlphaNum 16)) -}}
{{- $adminPassword := default .Values.mail.password .Values.admin.password | quote -}}
{{- .Values.mail.password | default "NONE" -}}
{{- end -}}
