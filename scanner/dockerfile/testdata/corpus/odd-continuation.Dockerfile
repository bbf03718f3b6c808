FROM a
\
RUN x\\
ENV A=\
  \
b
ENV q="a\"b\$c\d" r=
   # c
RUN a \ 	
  b