apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
<%_ if (login) { _%>
        - name: shop
          env:
            - name: OIDC_CLIENT_SECRET
              value: shop-registry
<%_ } _%>
