FROM a
RUN printf "café" > /x
ENV N=ÿþ
