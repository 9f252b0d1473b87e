// expect: the lens reads the residual stream: give a View or Owned of Resid
// The logit lens applies the final norm and the unembedding to a residual stream, which a norm's output is not.
// Whether the stream is as wide as the model is known at run time: another width is a ShapeError.
#include <suture/lens/decoder_logit_lens.hpp>

using namespace suture;

auto read(const Decoder& model, const View<Resid<24>>& stream, const View<Norm<24>>& normed) {
#ifdef SUTURE_BAD
    return logit_lens(model, normed);
#else
    return logit_lens(model, stream);
#endif
}
