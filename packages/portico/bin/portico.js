#!/usr/bin/env node
// The command's name exists before the build does: installers link it as soon as the package is there.
import '../dist/bin/portico.js';
