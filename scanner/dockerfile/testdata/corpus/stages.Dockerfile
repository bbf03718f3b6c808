# syntax=docker/dockerfile:1
# escape=\
ARG VERSION=1.2 SUITE="book worm"
ARG EMPTY
FROM --platform=$BUILDPLATFORM debian:${SUITE} AS build
ARG VERSION
ENV A=1 B="two words" C='single $A' D=esc\ aped \
    # a comment within

    E=$A F=${VERSION:-none}
ENV OLD form with = and "quotes"
LABEL a.b="c" "spaced key"=v
RUN --mount=type=secret,id=token,env=TOKEN \
    --mount=type=cache,target=/root/.cache \
    make && \
  echo done
COPY . /src
from build as Final
COPY --from=build --chown=1:2 /a /b /c/
ADD ["a b", "c", "/d/"]
ONBUILD RUN echo hi
ONBUILD COPY . /app
HEALTHCHECK --interval=5s CMD ["curl", "-f", "http://x/"]
HEALTHCHECK NONE
SHELL ["/bin/bash", "-c"]
VOLUME /data
EXPOSE 80 443/tcp
STOPSIGNAL SIGTERM
MAINTAINER somebody <a@b>
USER 1000
WORKDIR /x
ENTRYPOINT ["/bin/\u0061pp", "--x=\"y\""]
CMD run it --now
