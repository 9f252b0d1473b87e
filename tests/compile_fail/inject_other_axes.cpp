// expect: the injected View has other axes: take it from a layout with the same axes
// Where the batch is as large as the prompt is long, the shapes are the same, and tokens would be taken for prompts.
#include <suture/suture.hpp>

using namespace suture;

using SequenceFirst = Ordered<Resid<768>, Axis::token, Axis::batch>;

void patch(View<SequenceFirst> corrupted, View<SequenceFirst> clean, View<Resid<768>> other) {
    (void)clean, (void)other;
#ifdef SUTURE_BAD
    auto patched = corrupted | on<Resid>(token(4)).set(other);
#else
    auto patched = corrupted | on<Resid>(token(4)).set(clean);
#endif
}
