// expect: the layout names no batch axis: leave the selector out, or name the axis
// The model runs one prompt at a time, and its layout says so.
#include <suture/suture.hpp>

using namespace suture;

using Stream = Ordered<Resid<768>, Axis::token>;

void use(View<Stream> stream) {
#ifdef SUTURE_BAD
    auto edited = stream | on<Resid>(batch(0), token(4)).zero();
#else
    auto edited = stream | on<Resid>(token(4)).zero();
#endif
}
