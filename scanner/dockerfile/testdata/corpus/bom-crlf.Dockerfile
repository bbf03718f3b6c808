FROM a
ENV A=b \
  C=d
RUN echo \
# comment
 x
