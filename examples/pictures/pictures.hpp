// Pictures of numbers, tables of them, and reports that hold both. See save.hpp for what files a picture comes to.
#pragma once

#include "heat_map.hpp"
#include "histogram.hpp"
#include "lines.hpp"
#include "patterns.hpp"
#include "report.hpp"
#include "scatter.hpp"
