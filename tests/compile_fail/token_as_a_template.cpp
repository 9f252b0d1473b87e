// expect: this is not a selector: write on<C>(token(4), head(3), dims(0, 10))
// How many tokens there are is known when the model runs, so a token is an argument.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token<4>).zero();
#else
auto edit = on<Q>(token(4)).zero();
#endif
