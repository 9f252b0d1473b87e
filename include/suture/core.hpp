// What a packed activation is: components, layouts, selectors, and the layouts of published models. No LibTorch.
#pragma once

#include "suture/core/axes.hpp"
#include "suture/core/catalogue.hpp"
#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/core/layout.hpp"
#include "suture/core/strided_slice.hpp"
#include "suture/core/version.hpp"
#include "suture/core/where.hpp"
