# escape=`
FROM windows
ENV P=C:\dir\ Q=x` y
RUN dir `
 c:\

COPY a c:\\
RUN x``
