// GPT-2: a `Decoder` that is made from a `Gpt2Config`.
#pragma once

#include "suture/decoder/decoder.hpp"
#include "suture/gpt2/config.hpp"
