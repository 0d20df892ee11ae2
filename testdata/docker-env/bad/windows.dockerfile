# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
ENV TOOLS=C:\tools\ `
    SA_PASSWORD=Vx82kQz7Lw!p
