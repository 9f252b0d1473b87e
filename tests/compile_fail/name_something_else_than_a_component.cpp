// expect: this is neither a component nor a layout: name one, as in on<Q<768, 12>>()
// A component derives from ComponentBase and has a name.
#include <suture/suture.hpp>

using namespace suture;

struct Router {};

#ifdef SUTURE_BAD
auto edit = on<Router>().zero();
#else
auto edit = on<Gate<8>>().zero();
#endif
