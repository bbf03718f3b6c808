FROM scratch
RUN <<EOT bash
set -e
export A=b
# kept
EOT
RUN 3<<-"QUOTED" <<SECOND cat
	tabs
		more
	QUOTED
second $X
SECOND
COPY <<one.txt <<'two.txt' /dir/
first
one.txt
second
two.txt
COPY <<-EOF /etc/app.ini
	key = value
	EOF
RUN cat <<EOF \
  | tee /x
body
EOF
ONBUILD RUN <<EOF
later
EOF
RUN ["sh", "-c", "<<NOT"]
