# The fake credentials that the real images are made with, put together here so that no file of the repository holds one;
# sourced by the scripts that build and check them.
hexOf() { printf 'dregs %s' "$1" | sha256sum | cut -c1-"$2"; }
github=gh""p_$(hexOf github 36)         # copied in, removed by a later instruction
stripeOld=sk""_live_$(hexOf stripe-old 24) # overwritten by a later instruction
stripeNew=sk""_live_$(hexOf stripe-new 24) # what it was overwritten with: visible
npm=np""m_$(hexOf npm 36)               # a build argument
slack=xo""xb-$(hexOf slack 12 | tr a-f 0-5)-$(hexOf slack2 12 | tr a-f 0-5)-$(hexOf slack3 24) # an ENV that was changed later
unshipped=gl""pat-$(hexOf gitlab 20)    # in a stage that is not part of the image
