RUN first
FROM a
FOO bar
ENV broken
