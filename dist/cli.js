#!/usr/bin/env node
import{checkNodeForCommand as a}from"./node.js";a()&&await(await(import("./index.js"))).command();
