// expect: selectors stand side by side: write on<Q>(token(4), head(3))
// `|` composes edits.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(4) | batch(0)).zero();
#else
auto edit = on<Q>(token(4), batch(0)).zero();
#endif
