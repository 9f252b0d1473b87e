// expect: this selector has no number: write on<C>(token(4))
// The name alone is that of a function.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto edit = on<Q>(token).zero();
#else
    auto edit = on<Q>(token(4)).zero();
#endif
}
