// expect: this lens runs the model itself: write logit_lens_by_layer(model, ids)
// It reads the streams of all layers from one pass over a prompt, which it needs. A stream that you have is read by logit_lens.
#include <suture/lens/decoder_logit_lens.hpp>

using namespace suture;

auto read(const Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return logit_lens_by_layer(model);
#else
    return logit_lens_by_layer(model, ids);
#endif
}
