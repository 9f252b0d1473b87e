// expect: a tokenizer is opened by a function: write Tokenizer::open(directory)
// The files in the directory say which kind it is.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Tokenizer tokenizer("gpt2");
#else
    Tokenizer tokenizer = Tokenizer::open("gpt2");
#endif
}
