// expect: selectors stand side by side: write on<C>(token(4), head(3))
// A place takes them as arguments.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto edit = on<Q>({token(4), head(3)}).zero();
#else
    auto edit = on<Q>(token(4), head(3)).zero();
#endif
}
