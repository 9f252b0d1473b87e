// expect: the edit has no operation: write on<...>(...).set(value)
// Every edit of a recipe has an operation.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto recipe = on<Q>(token(1)) | on<K>(token(1)).zero();
#else
auto recipe = on<Q>(token(1)).zero() | on<K>(token(1)).zero();
#endif
