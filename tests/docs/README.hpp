#pragma once
#include "tiny_gpt2.hpp"
