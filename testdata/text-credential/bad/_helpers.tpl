{{- define "mail.password" -}}
{{- printf "%s" (.Values.mail.password | default "Qz7-lantern-4Wk") -}}
{{- end -}}
{{- $adminPassword := default "Hx3-lantern-9Tm" .Values.admin.password | quote -}}
