// Everything a program that edits, hooks and reads activations needs. Headers with further dependencies are included
// by name: suture/record/safetensors.hpp and suture/model/ (nlohmann-json).
#pragma once

#include "suture/core.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/cat.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/view.hpp"
