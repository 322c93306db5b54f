import{checkNode as o}from"./node.js";o()&&await(await(import("./index.js"))).download();
